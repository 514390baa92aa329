-- Attaches the server to a file as a person's configuration would, does what a person does, and writes what it saw as
-- JSON to OUTPUT. Written for neovim 0.7 and later.
local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000) or {}
  for id, answer in pairs(answers) do
    return answer.result, id
  end
end

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, { code = diagnostic.code, line = diagnostic.lnum, column = diagnostic.col, source = diagnostic.source })
  end
  return found
end

local function until_count(count)
  vim.wait(20000, function() return #vim.diagnostic.get(0) == count end, 50)
  return codes()
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

vim.cmd('edit ' .. vim.env.FILE)
local client = vim.lsp.start_client({ name = 'peft-lint', cmd = { vim.env.NODE, vim.env.SERVER, 'server', '--stdio' }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)
local seen = { opened = until_count(1) }

local first = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { first and first.lnum + 1 or 1, first and first.col or 0 })
local hover = request('textDocument/hover', vim.lsp.util.make_position_params())
seen.hover = hover and hover.contents.value

local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
local actions, id = request('textDocument/codeAction', params)
seen.actions = vim.tbl_map(function(action) return action.title end, actions or {})
if actions and actions[1] then
  vim.lsp.util.apply_workspace_edit(actions[1].edit, vim.lsp.get_client_by_id(id).offset_encoding)
end
seen.fixed = until_count(0)
seen.fixedLines = lines()

vim.cmd('undo')
seen.undone = until_count(1)
seen.undoneLines = lines()

local output = io.open(vim.env.OUTPUT, 'w')
output:write(vim.fn.json_encode(seen))
output:close()
vim.lsp.stop_client(client)
vim.cmd('qall!')
